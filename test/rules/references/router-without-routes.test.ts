import rule from '../../../rules/references/router-without-routes.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './router-without-routes.cases.ts';

ruleTable(rule, cases);
