import rule from '../../../rules/references/gateway-not-selected.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-not-selected.cases.ts';

ruleTable(rule, cases);
