import rule from '../../../rules/meshdoctor/suppression-expired.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './suppression-expired.cases.ts';

ruleTable(rule, cases);
