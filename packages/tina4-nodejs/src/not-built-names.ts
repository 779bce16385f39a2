/**
 * The table of names that Tina4 code may import and that are not built yet; docs/compatibility.md explains each. A name leaves
 * the table with the part that builds it.
 */
import type { Middleware as CoreMiddleware, Session as CoreSession } from '@tina4/core';
import { notBuilt } from './not-built.js';

// Database and models
export const Database = notBuilt('Database', 'access to databases');
export const ORM = notBuilt('ORM', 'the base class of models');
export const BaseModel = notBuilt('BaseModel', 'the base class of models');
export const IntegerField = notBuilt('IntegerField', 'a field of a model');
export const StringField = notBuilt('StringField', 'a field of a model');
export const QueryBuilder = notBuilt('QueryBuilder', 'the builder of database queries');
export const FakeData = notBuilt('FakeData', 'invented data for seeds');

// Queues, events, services
export const Queue = notBuilt('Queue', 'background queues');
export const Producer = notBuilt('Producer', 'background queues');
export const Consumer = notBuilt('Consumer', 'background queues');
export const Job = notBuilt('Job', 'background queues');
export const produce = notBuilt('produce', 'background queues');
export const consume = notBuilt('consume', 'background queues');
export const Events = notBuilt('Events', 'the events bus');
export const Service = notBuilt('Service', 'background services');
export const ServiceRunner = notBuilt('ServiceRunner', 'background services');
export const Container = notBuilt('Container', 'dependency injection');
export const Command = notBuilt('Command', 'commands of your own for the tina4 command');

// Protocols
export const WebSocket = notBuilt('WebSocket', 'WebSocket connections');
export const websocket = notBuilt('websocket', 'WebSocket routes');
export const GraphQL = notBuilt('GraphQL', 'GraphQL');
export const WSDL = notBuilt('WSDL', 'SOAP services');
export const WSDLService = notBuilt('WSDLService', 'SOAP services');
export const WSDLOp = notBuilt('WSDLOp', 'SOAP services');
export const wsdlOperation = notBuilt('wsdlOperation', 'SOAP services');
export const wsdl_operation = notBuilt('wsdl_operation', 'SOAP services');
export const wsdlRoute = notBuilt('wsdlRoute', 'SOAP services');
export const Messenger = notBuilt('Messenger', 'mail');
export const createMessenger = notBuilt('createMessenger', 'mail');
export const Api = notBuilt('Api', 'the client of HTTP APIs; fetch() is built into Node');
export const Mqtt = notBuilt('Mqtt', 'MQTT');
export const Sso = notBuilt('Sso', 'single sign-on');
export const McpServer = notBuilt('McpServer', 'MCP servers');
export const mcpTool = notBuilt('mcpTool', 'MCP servers');
export const mcpResource = notBuilt('mcpResource', 'MCP servers');
export const schemaFromParams = notBuilt('schemaFromParams', 'MCP servers');
export const Ai = notBuilt('Ai', 'the client of AI services');
export const AiError = notBuilt('AiError', 'the client of AI services');

// Pages and languages
export const Frond = notBuilt('Frond', 'the template engine as a class; use res.render()');
export const HtmlElement = notBuilt('HtmlElement', 'HTML made by code');
export const addHtmlHelpers = notBuilt('addHtmlHelpers', 'HTML made by code');
export const I18n = notBuilt('I18n', 'translations');
export const localize = notBuilt('localize', 'translations');
export const AVAILABLE_LANGUAGES = notBuilt('AVAILABLE_LANGUAGES', 'translations');

// Middleware
export const Middleware = notBuilt('Middleware', 'a base class of middleware; a class needs none');
export type Middleware = CoreMiddleware;

// Sessions
export const Session = notBuilt('Session', 'the session class; use req.session');
export type Session = CoreSession;
export const FileSessionHandler = notBuilt(
  'FileSessionHandler',
  'a session handler class; see docs/writing-a-store.md',
);

// Tests of functions
export const tests = notBuilt('tests', 'tests written beside a function');
export const expectEqual = notBuilt('expectEqual', 'tests written beside a function');
export const expectTrue = notBuilt('expectTrue', 'tests written beside a function');
export const expectFalse = notBuilt('expectFalse', 'tests written beside a function');
export const expectRaises = notBuilt('expectRaises', 'tests written beside a function');
export const runAll = notBuilt(
  'runAll',
  'tests written beside a function; runTests() of tina4-nodejs/test runs Test classes',
);
export const reset = notBuilt('reset', 'tests written beside a function');
