import rule from '../../../rules/references/selector-overlap.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './selector-overlap.cases.ts';

ruleTable(rule, cases);
