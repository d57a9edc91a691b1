import rule from '../../../rules/matching/prefix-rewritten.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './prefix-rewritten.cases.ts';

ruleTable(rule, cases);
