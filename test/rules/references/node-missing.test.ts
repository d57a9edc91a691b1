import rule from '../../../rules/references/node-missing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './node-missing.cases.ts';

ruleTable(rule, cases);
