import rule from '../../../rules/observability/tracing-disabled.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './tracing-disabled.cases.ts';

ruleTable(rule, cases);
