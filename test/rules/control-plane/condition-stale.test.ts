import rule from '../../../rules/control-plane/condition-stale.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './condition-stale.cases.ts';

ruleTable(rule, cases);
