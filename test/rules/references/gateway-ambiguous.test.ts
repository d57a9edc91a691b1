import rule from '../../../rules/references/gateway-ambiguous.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-ambiguous.cases.ts';

ruleTable(rule, cases);
