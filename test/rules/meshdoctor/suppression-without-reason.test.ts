import rule from '../../../rules/meshdoctor/suppression-without-reason.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './suppression-without-reason.cases.ts';

ruleTable(rule, cases);
