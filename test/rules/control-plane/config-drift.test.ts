import rule from '../../../rules/control-plane/config-drift.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './config-drift.cases.ts';

ruleTable(rule, cases);
