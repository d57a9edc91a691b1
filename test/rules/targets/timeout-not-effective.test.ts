import rule from '../../../rules/targets/timeout-not-effective.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './timeout-not-effective.cases.ts';

ruleTable(rule, cases);
