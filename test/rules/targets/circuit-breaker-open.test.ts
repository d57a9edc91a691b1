import rule from '../../../rules/targets/circuit-breaker-open.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './circuit-breaker-open.cases.ts';

ruleTable(rule, cases);
