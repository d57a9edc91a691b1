import rule from '../../../rules/tls/tls-verify-failed.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './tls-verify-failed.cases.ts';

ruleTable(rule, cases);
