import rule from '../../../rules/tls/tls-mode-mismatch.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './tls-mode-mismatch.cases.ts';

ruleTable(rule, cases);
