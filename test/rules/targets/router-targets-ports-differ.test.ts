import rule from '../../../rules/targets/router-targets-ports-differ.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './router-targets-ports-differ.cases.ts';

ruleTable(rule, cases);
