import { openApiOf, serviceApis } from '@headwater/contracts';
import type { ServiceName } from '@headwater/contracts';
import type { INestApplication } from '@nestjs/common';
import { SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';

/** `/docs` for people, `/docs-json` for machines: what contracts says that the service serves. */
export function serveOpenApi(app: INestApplication, service: string): void {
  if (isService(service)) {
    SwaggerModule.setup('docs', app, documentOf(service), { jsonDocumentUrl: 'docs-json' });
  }
}

export function isService(name: string): name is ServiceName {
  return Object.hasOwn(serviceApis, name);
}

export function documentOf(service: ServiceName): OpenAPIObject {
  return openApiOf(service) as unknown as OpenAPIObject;
}
