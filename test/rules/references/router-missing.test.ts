import rule from '../../../rules/references/router-missing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './router-missing.cases.ts';

ruleTable(rule, cases);
