import rule from '../../../rules/targets/injection-breaks-new-pods.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './injection-breaks-new-pods.cases.ts';

ruleTable(rule, cases);
