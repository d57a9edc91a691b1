import rule from '../../../rules/matching/prefix-not-a-segment.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './prefix-not-a-segment.cases.ts';

ruleTable(rule, cases);
