import rule from '../../../rules/references/invalid-field.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './invalid-field.cases.ts';

ruleTable(rule, cases);
