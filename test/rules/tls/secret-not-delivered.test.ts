import rule from '../../../rules/tls/secret-not-delivered.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './secret-not-delivered.cases.ts';

ruleTable(rule, cases);
