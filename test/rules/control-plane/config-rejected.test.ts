import rule from '../../../rules/control-plane/config-rejected.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './config-rejected.cases.ts';

ruleTable(rule, cases);
