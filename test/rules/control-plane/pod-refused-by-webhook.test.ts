import rule from '../../../rules/control-plane/pod-refused-by-webhook.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './pod-refused-by-webhook.cases.ts';

ruleTable(rule, cases);
