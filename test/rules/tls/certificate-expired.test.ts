import rule from '../../../rules/tls/certificate-expired.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './certificate-expired.cases.ts';

ruleTable(rule, cases);
