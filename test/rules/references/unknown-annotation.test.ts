import rule from '../../../rules/references/unknown-annotation.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './unknown-annotation.cases.ts';

ruleTable(rule, cases);
