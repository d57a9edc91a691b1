import rule from '../../../rules/control-plane/reconcile-error.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './reconcile-error.cases.ts';

ruleTable(rule, cases);
