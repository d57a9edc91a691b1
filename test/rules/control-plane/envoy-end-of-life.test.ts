import rule from '../../../rules/control-plane/envoy-end-of-life.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './envoy-end-of-life.cases.ts';

ruleTable(rule, cases);
