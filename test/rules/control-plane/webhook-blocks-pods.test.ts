import rule from '../../../rules/control-plane/webhook-blocks-pods.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './webhook-blocks-pods.cases.ts';

ruleTable(rule, cases);
