import rule from '../../../rules/control-plane/control-plane-disconnected.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './control-plane-disconnected.cases.ts';

ruleTable(rule, cases);
