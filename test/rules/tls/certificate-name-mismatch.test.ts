import rule from '../../../rules/tls/certificate-name-mismatch.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './certificate-name-mismatch.cases.ts';

ruleTable(rule, cases);
