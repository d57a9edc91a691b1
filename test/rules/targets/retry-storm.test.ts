import rule from '../../../rules/targets/retry-storm.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './retry-storm.cases.ts';

ruleTable(rule, cases);
