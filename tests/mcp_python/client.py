"""The protocol's own client reads the server whose address it is given, and prints what it got as JSON."""

import asyncio
import json
import sys

from mcp import Client


async def main(address):
    async with Client(address) as client:
        tools = (await client.list_tools()).tools
        found = await client.call_tool("search", {"q": "client server", "limit": 1})
        resources = (await client.list_resources()).resources
        uri = str(resources[0].uri)
        read = await client.read_resource(uri)
        print(json.dumps({
            "tools": [tool.name for tool in tools],
            "found": found.content[0].text,
            "resources": len(resources),
            "uri": uri,
            "read": read.contents[0].text,
        }))


asyncio.run(main(sys.argv[1]))
