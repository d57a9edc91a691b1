import rule from '../../../rules/matching/reserved-prefix.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './reserved-prefix.cases.ts';

ruleTable(rule, cases);
