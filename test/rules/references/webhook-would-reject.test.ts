import rule from '../../../rules/references/webhook-would-reject.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './webhook-would-reject.cases.ts';

ruleTable(rule, cases);
