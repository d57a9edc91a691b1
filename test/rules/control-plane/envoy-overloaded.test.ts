import rule from '../../../rules/control-plane/envoy-overloaded.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './envoy-overloaded.cases.ts';

ruleTable(rule, cases);
