import rule from '../../../rules/matching/route-partly-shadowed.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './route-partly-shadowed.cases.ts';

ruleTable(rule, cases);
