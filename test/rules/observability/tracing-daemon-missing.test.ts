import rule from '../../../rules/observability/tracing-daemon-missing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './tracing-daemon-missing.cases.ts';

ruleTable(rule, cases);
