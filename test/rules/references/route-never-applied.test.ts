import rule from '../../../rules/references/route-never-applied.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './route-never-applied.cases.ts';

ruleTable(rule, cases);
