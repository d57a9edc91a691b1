import rule from '../../../rules/control-plane/config-stale.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './config-stale.cases.ts';

ruleTable(rule, cases);
