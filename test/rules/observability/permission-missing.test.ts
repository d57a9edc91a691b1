import rule from '../../../rules/observability/permission-missing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './permission-missing.cases.ts';

ruleTable(rule, cases);
