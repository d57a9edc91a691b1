import rule from '../../../rules/control-plane/restart-loses-config.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './restart-loses-config.cases.ts';

ruleTable(rule, cases);
