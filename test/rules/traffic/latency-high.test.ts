import rule from '../../../rules/traffic/latency-high.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './latency-high.cases.ts';

ruleTable(rule, cases);
