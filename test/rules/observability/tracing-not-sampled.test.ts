import rule from '../../../rules/observability/tracing-not-sampled.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './tracing-not-sampled.cases.ts';

ruleTable(rule, cases);
