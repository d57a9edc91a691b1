import rule from '../../../rules/targets/retries-exhausted.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './retries-exhausted.cases.ts';

ruleTable(rule, cases);
