import rule from '../../../rules/tls/certificate-expiring.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './certificate-expiring.cases.ts';

ruleTable(rule, cases);
