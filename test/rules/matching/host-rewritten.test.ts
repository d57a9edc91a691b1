import rule from '../../../rules/matching/host-rewritten.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './host-rewritten.cases.ts';

ruleTable(rule, cases);
