import rule from '../../../rules/observability/log-collector-missing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './log-collector-missing.cases.ts';

ruleTable(rule, cases);
