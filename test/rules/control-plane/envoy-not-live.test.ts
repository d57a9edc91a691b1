import rule from '../../../rules/control-plane/envoy-not-live.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './envoy-not-live.cases.ts';

ruleTable(rule, cases);
