import rule from '../../../rules/matching/route-shadowed.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './route-shadowed.cases.ts';

ruleTable(rule, cases);
