import rule from '../../../rules/control-plane/condition-not-active.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './condition-not-active.cases.ts';

ruleTable(rule, cases);
