import rule from '../../../rules/references/frozen-object-edited.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './frozen-object-edited.cases.ts';

ruleTable(rule, cases);
